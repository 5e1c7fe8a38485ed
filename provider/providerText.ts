/**
 * The provider of a dynamic resource, as text: it is copied into every user's state, holds no logic, and reaches everything through one path
 * that stays for ever. A test pins it.
 *
 * Written by hand, and given to the engine as `pulumi.dynamic.Resource` gives what it serialises (dynamic/index.js; the text exports
 * `handler`, cmd/dynamic-provider/index.js): what the SDK writes depends on its version and on this package's compiler, and writing it takes
 * 0.15 s of every run.
 */
export function providerText(kind: "release" | "switch" | "step"): string {
  const verb = (name: string): string =>
    `  ${name}: async (...args) => (await import("pulumi-site-release/lifecycle")).${kind}.${name}(...args),\n`;
  const verbs = ["check", "diff", "create", "read", "update", "delete"].map(verb);
  return `exports.handler = () => ({\n${verbs.join("")}});\n`;
}
