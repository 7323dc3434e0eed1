export { resourceNames } from "./names";
export { typeScriptProgram } from "./program";
export { selectAuthorizations } from "./select";
export { namedIn } from "./sources";
