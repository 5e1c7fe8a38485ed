import type * as pulumi from "@pulumi/pulumi";
import type { ConnectionArgs } from "./connectionArgs.ts";
import type { SiteStepArgs } from "./stepArgs.ts";
import type { NginxArgs, OpcacheArgs, ProbeArgs, SmokeArgs, Strategy } from "./switchArgs.ts";

/** What becomes of the resources when the host cannot be reached while they are deleted. */
export const OnUnreachable = {
  /** The delete fails, and the state keeps the resource. */
  Fail: "fail",
  /** The resource is forgotten with a warning; nothing is changed on the host. */
  Forget: "forget",
} as const;
export type OnUnreachable = (typeof OnUnreachable)[keyof typeof OnUnreachable];

/** How releases share what they have in common on the host's disk. */
export const Dedupe = {
  /**
   * A file that the newest release has too is the same file on disk, under two names. So that nothing changes several releases at once,
   * files lose their write bits: only root can still write into them, and replacing them works as ever. What lies below `writableDirs` is
   * never shared and keeps them.
   */
  Hardlink: "hardlink",
  /** Each release has files of its own: copies, which share blocks where the file system can (reflinks), and keep their write bits. */
  Copy: "copy",
} as const;
export type Dedupe = (typeof Dedupe)[keyof typeof Dedupe];

/** Where the site lies, and which version of it is wanted. Times are in seconds. */
export interface SiteReleaseArgs {
  /**
   * How the host is reached over SSH: the fields of `@pulumi/command`'s connection, and `privateKeyPath`. Without a key the agent or
   * ~/.ssh/id_* lets in. Either this or `local` is needed.
   * @default none
   */
  connection?: pulumi.Input<ConnectionArgs>;
  /**
   * Works on the machine that runs Pulumi, without SSH. A change replaces the resources.
   * @default false
   */
  local?: pulumi.Input<boolean>;
  /**
   * The site's directory on the host, absolute, as in "/var/www/example.com"; `releases/`, `shared/` and `current` lie in it. A change
   * replaces the resources.
   */
  deployPath: pulumi.Input<string>;
  /**
   * The version that is wanted: it becomes `releases/<version>`. Letters, digits, ".", "_" and "-", 64 at most. A change puts the
   * version on the host and switches traffic to it.
   */
  version: pulumi.Input<string>;
  /**
   * What the version is built from if the host lacks it: a directory, .tar, .tar.gz, .tar.zst or .zip on this machine, relative to the program's
   * directory; `~` is expanded. An archive has the release at its top, not in a folder. Other content under the same version is refused: it
   * needs a new version. A path that is missing is no difference as long as the host has the version.
   * @default none: the host has the version already
   */
  source?: pulumi.Input<string>;
  /**
   * What the version is built from, in place of `source`, as an Archive of `pulumi.asset`: for what the program or another resource puts
   * together. A FileArchive is read as its path would be as `source`. In an AssetArchive a StringAsset is a file, a FileAsset one that is
   * executable if it is so on disk, and an Archive all that lies below its name, "." for the top. A remote one must be a "file:" URI: nothing
   * is downloaded. Pulumi's own engine sets limits that `source` has not: it reads and hashes the whole at each preview; a path that is
   * missing ends the program, even where nothing of the version changes; so do a link to nothing, a .tar.zst, an empty StringAsset, and in an
   * AssetArchive an archive file that holds links; it waits for ever for a FIFO. The texts of StringAssets are kept in the state. A build on
   * disk is better given as `source`.
   * @default none
   */
  archive?: pulumi.Input<pulumi.asset.Archive>;
  /**
   * What of the source stays at home: patterns as lines of .gitignore, as in "node_modules/" or "/tests"; upper and lower case differ. A
   * change is for the versions that are put on the host after it; where it changes the content of this one, it is refused.
   * @default []
   */
  exclude?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Directories that all releases share, relative to a release, as in "storage/logs". They live in `shared/`; one that is not there
   * yet begins with the source's own copy, if it has one. A change is for the
   * releases that are put on the host after it.
   * @default []
   */
  sharedDirs?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Files that all releases share, relative to a release, as in ".env". Each must be in `shared/` already, or in the source: its
   * copy is then used the first time, and never again. A change is for the releases
   * that are put on the host after it.
   * @default []
   */
  sharedFiles?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * Directories that PHP may write to, relative to a release, as in "var/cache"; made where they are missing. They may lie in
   * `sharedDirs`; shared directories in them are writable too. A release's files there are its own, never links. A change is for the
   * releases that are put on the host after it.
   * @default []
   */
  writableDirs?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * How `writableDirs` become writable: "acl" grants them to one user beside the login, by setfacl; an octal mode, as in "0775", is set
   * on directories, and without its executable bits on files. What others own is left alone.
   * @default "acl"
   */
  writableMode?: pulumi.Input<string>;
  /**
   * The user that `writableMode` "acl" grants them to.
   * @default the one that php-fpm's pools run as
   */
  writableUser?: pulumi.Input<string>;
  /**
   * The web root inside a release, or "." for the release itself: nginx then serves all of it, so deny what is private, shared directories
   * too. A change switches traffic to that root.
   * @default "public"
   */
  publicDir?: pulumi.Input<string>;
  /**
   * The nginx include that names the live root; the site's server block includes it, unless `strategy` is "symlink". A change writes the new
   * file; the old one stays.
   * @default "<deployPath>/root_dir.nginx.conf"
   */
  includePath?: pulumi.Input<string>;
  /**
   * The name that requests ask for. A change is for the requests of later probes.
   * @default the resource's name, if it is a DNS name
   */
  serverName?: pulumi.Input<string>;
  /**
   * The php-fpm pools that serve the site: socket paths or "host:port", as seen on the host.
   * @default the one /run/php/*.sock that the login may write
   */
  pools?: pulumi.Input<pulumi.Input<string>[]>;
  /** How new code comes into php-fpm's opcache, and old code leaves it. A change is for later switches. */
  opcache?: pulumi.Input<OpcacheArgs>;
  /** The request to the new release before nginx knows of it. A change is for later switches. */
  smoke?: pulumi.Input<SmokeArgs>;
  /** The requests through nginx that the new version must answer to stay live. A change is for later switches. */
  probe?: pulumi.Input<ProbeArgs>;
  /** The commands and places of the host's nginx. A change is for later switches. */
  nginx?: pulumi.Input<NginxArgs>;
  /**
   * How traffic moves: "include" rewrites the nginx include and reloads; "symlink" renames `current`, which nginx follows at each request,
   * without a reload. A change is an update that proves the new one, and needs root to have changed the server block: before it for "symlink",
   * after a first try for "include".
   * @default "include"
   */
  strategy?: pulumi.Input<Strategy>;
  /**
   * How long to wait for another one that works on the same site or host, in seconds.
   * @default 300
   */
  lockTimeout?: pulumi.Input<number>;
  /**
   * How long the host waits for the word that the probe was answered before it restores the old version by itself, in seconds.
   * @default probe.timeout + 30
   */
  commitTimeout?: pulumi.Input<number>;
  /**
   * How long nginx's new workers may take to appear after a reload, in seconds.
   * @default 10
   */
  reloadTimeout?: pulumi.Input<number>;
  /**
   * How long to wait for the old workers' last requests, in seconds; later ones go on by themselves, and their release is kept. Nothing to wait
   * for with `strategy: "symlink"`.
   * @default 10
   */
  drainTimeout?: pulumi.Input<number>;
  /**
   * Reloads although files under nginx's `confDir` were edited by somebody and not reloaded yet: they go live with this switch.
   * @default false
   */
  allowPendingEdits?: pulumi.Input<boolean>;
  /**
   * Takes the site over on an update although another resource owns it on the host.
   * @default false
   */
  takeOver?: pulumi.Input<boolean>;
  /**
   * What /bin/sh runs in the release after its upload and before it is complete, at its final path, one after the other, as in "composer install
   * --no-dev" or "php artisan config:cache"; with RELEASE, VERSION and DEPLOY_PATH in its environment. It works on copies. A failure leaves no release. The host's `releaseDigest` is that of the result, and
   * so another one than the source's. A version that the host has is not prepared again; a change is for later ones.
   * @default []
   */
  prepare?: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * How long all of `prepare` may take, in seconds.
   * @default 600
   */
  prepareTimeout?: pulumi.Input<number>;
  /**
   * Commands of the site's own before and after the switch, such as migrations: each a resource "<name>-<step>". A change of one, or
   * of the list, is for later changes of the version.
   * @default []
   */
  steps?: SiteStepArgs[];
  /**
   * What a delete does when the host cannot be reached: "fail" or "forget".
   * @default "fail"
   */
  onUnreachable?: pulumi.Input<OnUnreachable>;
  /**
   * A delete also removes the releases that are not live. The include, the live release and shared files stay in any case.
   * @default false
   */
  deleteReleases?: pulumi.Input<boolean>;
  /**
   * How many complete releases stay on the host besides the live one, the one to go back to, and those that old nginx workers still serve;
   * -1 keeps all. Older ones are removed when the next version is put there, and never right after a switch. A change counts from the next
   * version on.
   * @default 5
   */
  keepReleases?: pulumi.Input<number>;
  /**
   * The octal mode of directories and of files with the executable bit; files lose its write bits under `dedupe: "hardlink"`. A change is for the releases that are put on the host after it.
   * @default "0755"
   */
  dirMode?: pulumi.Input<string>;
  /**
   * The octal mode of other files; they lose its write bits under `dedupe: "hardlink"`. A change is for the releases that are put on the
   * host after it.
   * @default "0644"
   */
  fileMode?: pulumi.Input<string>;
  /**
   * How releases share on disk what they have in common: by "hardlink" the files that the newest release has too are links to them, and have no
   * write bits; by "copy" each release has its own. Only files that changed are sent either way. A change is for the releases that are put on
   * the host after it.
   * @default "hardlink"
   */
  dedupe?: pulumi.Input<Dedupe>;
}
