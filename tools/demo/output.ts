const TYPE = "pulumi-nodejs:dynamic/pulumi-site-release:";

/** Picks the lines of one `pulumi up` that tell of the site: what each resource came to, what it is at, and what went wrong. */
export function upLines(): (line: string) => string | undefined {
  const seen = new Set<string>();
  let diagnostics = false;
  return (line) => {
    if (/^\S/.test(line)) diagnostics = line.startsWith("Diagnostics:");
    const shown = diagnostics ? diagnosis(line) : (row(line) ?? output(line));
    if (shown === undefined || seen.has(shown)) return undefined;
    seen.add(shown);
    return shown;
  };
}

/** A resource's row: its kind, and what it is at. Errors and warnings are left to the diagnostics, which have each once. */
function row(line: string): string | undefined {
  const [, kind, name, state, rest = ""] =
    new RegExp(`^ *[+~-]+ +${TYPE}(\\w+) (\\S+) (\\*\\*[^*]+\\*\\*|\\w+)(.*)$`).exec(line) ?? [];
  if (kind === undefined || state === undefined) return undefined;
  const note = rest.replace(/\(([\d.]+s)\)|\[diff: [^\]]*\];?/g, "").trim();
  const ended = !/^(creating|updating|deleting)$/.test(state);
  if (!ended && (note === "" || /^(error|warning):/.test(note))) return undefined;
  return `${kind} ${name}: ${ended ? state.replaceAll("*", "") : note}`;
}

function diagnosis(line: string): string | undefined {
  const text = line.trim();
  const noise =
    /^(Diagnostics:|$|warning: using pulumi-|error: update failed|\[Pulumi Neo\]|\?explain|Or run `pulumi neo)/;
  if (noise.test(text) || /^ {2}\S.*:$/.test(line)) return undefined;
  return text;
}

function output(line: string): string | undefined {
  return /^ +[+~-]? *liveVersion *:/.test(line) && !line.trimStart().startsWith("-") ? line.trim() : undefined;
}

/** Keeps of `pulumi preview --diff` what changes. */
export function previewLine(line: string): string | undefined {
  return /^(\s+[~+-]|Resources:)/.test(line) ? line : undefined;
}
