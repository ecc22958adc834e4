/** Key of `_meta` of a permission request: the name of the terminal that an agent of ours wants to write to. */
export const terminalMeta = 'drover/terminal'
