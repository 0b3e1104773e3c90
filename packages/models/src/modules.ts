/** A value of a module's attribute: a number, a word, or a few of them. */
type ModuleValue = null | boolean | number | string | readonly (number | string | boolean)[];

/** The modules of a whole network by their paths, as its file describes them: class and attributes. */
export type Modules = ReadonlyMap<
  string,
  {
    /** Such as `torch.nn.modules.conv.Conv2d`. */
    readonly class: string;
    /** `stride`, `padding`, `eps`. */
    readonly settings: ReadonlyMap<string, ModuleValue>;
  }
>;
