/** A worker of a line starts in milliseconds; one that a policy blocks mostly says so, and must not be waited for. */
const TIME_LIMIT_MS = 5000;

let answer: Promise<boolean> | undefined;

/** Whether workers start from `blob:` URLs here, as engines with threads start theirs; a page's policy may forbid it. */
export function blobWorkersStart(): Promise<boolean> {
  answer ??= tryWorker();
  return answer;
}

async function tryWorker(): Promise<boolean> {
  const url = URL.createObjectURL(new Blob(["postMessage(0)"], { type: "text/javascript" }));
  let worker: Worker | undefined;
  try {
    worker = new Worker(url);
    return await firstWord(worker);
  } catch {
    // Some browsers throw where others report an error.
    return false;
  } finally {
    worker?.terminate();
    URL.revokeObjectURL(url);
  }
}

function firstWord(worker: Worker): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(false), TIME_LIMIT_MS);
    const settle = (started: boolean) => (): void => {
      clearTimeout(timer);
      resolve(started);
    };
    worker.addEventListener("message", settle(true));
    worker.addEventListener("error", settle(false));
  });
}
