import { quoted } from "../said.ts";
import type { Trouble } from "../trouble.ts";
import { ended, endedBy } from "./releaseWords.ts";
import { SITE } from "./switches.ts";

/** What keeps a release from being complete on the host. */
export const release: readonly Trouble[] = [
  {
    title: "No space for the release",
    text: ended(
      endedBy("stage/receive.sh", "no-space", "KiB of files", {
        $1: "7697 files (8360 inodes, 66112 KiB) are to come",
        "$((source_bytes / 1024))": "66112",
        "${blocks:-?}": "20480",
        "${inodes:-?}": "180211",
      }),
      { done: quoted("what had arrived was removed", "host/stage/receive.sh") },
    ),
    why: "Seen before anything is sent, or when the disk fills up meanwhile; what had arrived is removed.",
    act: "`keepReleases` says how many stay; what was never released by this package is never removed by it, so old ones of others go by hand.",
  },
  {
    title: "A shared file is missing",
    text: ended(endedBy("stage/shared.sh", "shared-file-missing", "these shared files")),
    why: "What `sharedFiles` names is in `shared/` or in the source, whose copy is used the first time. Secrets such as `.env` are best put there by hand, once.",
  },
  {
    title: "What is shared is no link in an adopted release",
    text: ended(endedBy("stage/adopt.sh", "shared-path", "is not a link")),
    why: "A release that others made is never changed, so what is to be shared must be a link already.",
  },
  {
    title: "The release is not complete: it changed",
    text: ended(endedBy("stage/adopt.sh", "release-unfinished", "is not complete")),
    why: "A directory that others fill is adopted once it has its front controller and has stood still for 2 s.",
    act: "run `pulumi up` when they have ended. A copy that stands still longer than that cannot be told from a finished one: fill a directory beside it, and rename it.",
  },
  {
    title: "Deployer may still fill the release",
    text: ended(
      endedBy("stage/adopt.sh", "release-unfinished", "Deployer holds", {
        $lock: `${SITE}/.dep/deploy.lock`,
        '$(head -n 1 "$lock" 2>/dev/null | visible)': "ci",
        '$(stat -c %y "$lock" | cut -d . -f 1)': "2026-11-29 10:14:02",
      }),
    ),
    why: "Its lock is held, and its link `release` does not point at this one.",
  },
  {
    title: "Another run prepares the release",
    text: ended(endedBy("stage/prepare.sh", "release-unfinished", "another run prepares")),
    why: "Two `pulumi up` want the same version; the second one uses what the first one makes.",
  },
  {
    title: "The release is not what its manifest says",
    text: ended(endedBy("stage/reuse.sh", "release-changed", "is not what its manifest says")),
    why: "A file of it is gone since it was put there: somebody cleaned up, or the application removes its own files. It is not switched to.",
  },
  {
    title: "The release is a link",
    text: ended(endedBy("stage/main.sh", "release-link", "is a link")),
    why: "Two names for one directory would be two versions with one content.",
  },
  {
    title: "A command of prepare failed",
    text: ended(
      { reason: "prepare-failed", observed: "2 1" },
      { printed: "In PackageManifest.php line 179:\n  Please provide a valid cache path.\n" },
    ),
    why: "What it printed last is in the error, behind a stack trace's message. No release is left; the one that serves is untouched.",
    act: "run the same command in a copy of the build as the deploy user. Tools that need `.env` or a cache directory want them in `sharedFiles` and `writableDirs`.",
  },
  {
    title: "prepare took too long",
    text: ended({ reason: "prepare-late", observed: "600" }, { printed: "  - Downloading symfony/console (v7.1.2)\n" }),
    why: "All of its commands together have `prepareTimeout`, 600 s by default; then everything that they started is ended.",
  },
  {
    title: "Who writes to writableDirs is not known",
    text: ended(endedBy("stage/writable.sh", "writable", "no php-fpm pool")),
    why: '`writableMode: "acl"` grants them to the user of php-fpm\'s pools, which is found by its processes. They do not run, or `/proc` hides them.',
  },
  {
    title: "The user of writableUser is not there",
    text: ended(endedBy("stage/writable.sh", "writable", "has no user", { $writable_user: "www" })),
    why: "It is a name of another distribution's: `www-data` on Debian and Ubuntu, `nginx` or `apache` elsewhere.",
  },
  {
    title: "php-fpm's pools have several users",
    text: ended(endedBy("stage/writable.sh", "writable", "several users")),
    why: "Several sites of the host have a user each.",
  },
  {
    title: "setfacl is missing",
    text: ended(endedBy("stage/writable.sh", "writable", "setfacl", { "${writable_user:-$writers}": "www-data" })),
    why: "ACLs are the way that grants a directory to one user more, and leaves its group alone.",
  },
  {
    title: "The site's directory cannot be written",
    text: ended(endedBy("stage/layout.sh", "deploy-path", "cannot write to")),
    why: "The site's directory, or what lies in it, is another user's.",
  },
  {
    title: "releases/ lies on another file system",
    text: ended(endedBy("stage/layout.sh", "deploy-path", "another file system")),
    why: "A release is complete by one rename, and that works within a file system only.",
  },
  {
    title: "Somebody holds the staging directory",
    text: ended(endedBy("places.sh", "lock", "for a minute")),
    why: "Putting releases on disk and pruning take a lock for moments; a process that was stopped (Ctrl-Z), or a disk that hangs, keeps it.",
  },
];
