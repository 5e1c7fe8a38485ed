import { join } from "node:path";
import { type Declared, declaredIn } from "./declarations.ts";

/** Where a kind of fields is declared, and what a program calls it. */
interface Kind {
  readonly heading: string;
  readonly file: string;
  readonly name: string;
}

const provider = join(__dirname, "../../../provider");

const inputs: readonly Kind[] = [
  { heading: "SiteRelease", file: "args.ts", name: "SiteReleaseArgs" },
  { heading: "SiteHost", file: "siteHostArgs.ts", name: "SiteHostArgs" },
  { heading: "connection", file: "connectionArgs.ts", name: "ConnectionArgs" },
  { heading: "smoke", file: "switchArgs.ts", name: "SmokeArgs" },
  { heading: "probe", file: "switchArgs.ts", name: "ProbeArgs" },
  { heading: "opcache", file: "switchArgs.ts", name: "OpcacheArgs" },
  { heading: "nginx", file: "switchArgs.ts", name: "NginxArgs" },
  { heading: "steps", file: "stepArgs.ts", name: "SiteStepArgs" },
];

const outputs: readonly Kind[] = [
  { heading: "SiteRelease", file: "siteRelease.ts", name: "SiteRelease" },
  { heading: "SiteHost", file: "siteHost.ts", name: "SiteHost" },
  { heading: "report.release", file: "report.ts", name: "ReleaseReport" },
  { heading: "report.switch", file: "report.ts", name: "SwitchReport" },
];

export function inputLists(): string {
  return inputs
    .map((kind) => listOf(kind, (field) => `${typeOf(field)}${field.isRequired ? ", required" : ""}`))
    .join("\n\n");
}

export function outputLists(): string {
  return outputs.map((kind) => listOf(kind, typeOf)).join("\n\n");
}

function listOf({ heading, file, name }: Kind, kindOf: (field: Declared) => string): string {
  const lines = declaredIn(join(provider, file), name).map((field) => {
    const value = field.default === undefined ? "" : ` Default: ${shown(field.default)}.`;
    return `- \`${field.name}\` (${kindOf(field)}): ${inMarkdown(field.doc)}${value}`;
  });
  return [`### ${heading}`, "", ...lines].join("\n");
}

/** What has fields of its own has a list of its own; the names of a constant object's values are strings. */
function typeOf({ type }: Declared): string {
  if (type === "HostConnectionArgs") return "see [connection](#connection), with `hostKey`";
  if (type === "ProxyConnectionArgs") return "as connection, without proxy";
  const own = inputs.find(({ name }) => type.endsWith(name));
  if (own !== undefined) return `see [${own.heading}](#${own.heading})`;
  if (type.endsWith("Report")) return "see below";
  return /^[A-Z]/.test(type) && type !== "Archive" ? "string" : type;
}

/** A value is code, a sentence about one is not. */
function shown(text: string): string {
  return text.includes(" ") ? inMarkdown(text) : `\`${text}\``;
}

/** Outside code, "<" would begin a tag. */
function inMarkdown(text: string): string {
  return text
    .split("`")
    .map((part, index) => (index % 2 === 0 ? part.replaceAll("<", "&lt;") : part))
    .join("`");
}
