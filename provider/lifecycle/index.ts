// This path is in the state of every stack that uses the package: old texts ask for these names for as long as there are any.
export { release } from "./release.ts";
export { step } from "./step.ts";
export { switchVerbs as switch } from "./switch.ts";
