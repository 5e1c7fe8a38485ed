/** Where one site lies on its host. */
export interface Site {
  /** The name that requests ask for, as in "example.com". */
  readonly serverName: string;
  /** Absolute, as in "/var/www/example.com". */
  readonly deployPath: string;
  /** The web root inside a release: "public", or "." for the release itself. */
  readonly publicDir: string;
  /** The nginx include that names the live root; absolute. */
  readonly includePath: string;
}

/** Where the release of a version lies. */
export function releaseDir(deployPath: string, version: string): string {
  return `${deployPath}/releases/${version}`;
}

/** The absolute web root of a version, as nginx gets it. */
export function rootDir(site: Site, version: string): string {
  const dir = releaseDir(site.deployPath, version);
  return site.publicDir === "." ? dir : `${dir}/${site.publicDir}`;
}

/** The version whose root this is; undefined for any other directory. */
export function versionOf(site: Site, root: string): string | undefined {
  const version = root.slice(`${site.deployPath}/releases/`.length).split("/")[0] ?? "";
  return version !== "" && rootDir(site, version) === root ? version : undefined;
}

/** The directory that is ours on the host. */
export function ownDir(deployPath: string): string {
  return `${deployPath}/.site-release`;
}

/** The root named while no version was ever healthy: an empty directory, so nginx answers 404 and starts. */
export function placeholderRoot(deployPath: string): string {
  return `${ownDir(deployPath)}/empty`;
}

/** The include's whole text. */
export function includeText(root: string): string {
  return `set $root_dir ${root};\n`;
}
