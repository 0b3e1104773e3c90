/** The graph output of a feature map, from timm's name of the module that outputs it: `tap.layer1`. */
export function tapName(module: string): string {
  return `tap.${module}`;
}
