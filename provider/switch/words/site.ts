import { needs } from "../../needs.ts";
import { ownerName } from "../owner.ts";
import { unresolved } from "../trace.ts";
import type { WordsOf } from "./failedSwitch.ts";

/** What of the site's places, its locks and its owner stands in the way. */
export const siteWords: WordsOf = {
  "conf-dir-unreadable": ({ user }, detail) => ({
    observed: `${user} cannot read ${detail}`,
    expected: "nginx's configuration: its lock is on that directory, and edits in it are looked for",
    next: "Set `nginx.confDir` to where nginx's configuration lies, or let the login read it",
  }),
  "deploy-path-unreadable": ({ user }, detail) => ({
    observed: `${user} cannot read ${detail}`,
    expected: "the site's directory, whose lock is on it",
    next: needs.deployPath.grant(user, detail),
  }),
  "include-unreadable": ({ user }, detail) => ({ observed: `${detail} is no file that ${user} can read` }),
  "include-unwritable": ({ user }, detail) => ({
    observed: `${user} may not write in ${detail}`,
    next: needs.includeDir.grant(user),
  }),
  "site-unwritable": ({ user }, detail) => ({
    observed: `${user} may not write ${detail}`,
    next: needs.ownPlace.grant(user, detail),
  }),
  "tool-missing": (_, detail) => ({ observed: `the host has no ${detail}`, next: needs.tool.grant(detail) }),
  "disk-full": (_, detail) => ({
    observed: `no room or no right to write (${detail})`,
    next: "Make room and try again",
  }),
  "site-locked": ({ plan }, detail) => ({
    observed: `${detail} holds the site's lock`,
    expected: `it to end within ${plan.lockTimeout} s`,
    next: "Wait for it and try again, or raise `lockTimeout`",
  }),
  "host-locked": ({ plan }, detail) => ({
    observed: `${detail} holds nginx's lock`,
    expected: `it to end within ${plan.lockTimeout} s`,
    next: "Try again",
  }),
  "deployer-locked": ({ plan }, detail) => ({
    observed: `Deployer holds .dep/deploy.lock (${detail})`,
    expected: `it to end within ${plan.lockTimeout} s`,
    next: 'Let it finish, or run "dep deploy:unlock" if it is dead',
  }),
  owned: (_, detail) => ({
    observed: `the site is owned by ${ownerName(detail)}`,
    next: "Set `takeOver: true` if this stack is to have it",
  }),
  "current-is-directory": ({ plan }, detail) => ({
    observed: `${detail} is a directory`,
    expected: "a symbolic link, or nothing",
    next: `Move its content into ${plan.site.deployPath}/releases once, and remove it`,
  }),
  "current-unused": ({ plan }) =>
    unresolved(plan, `${plan.version} was live already, and nobody has followed the link while the site was asked`),
  "current-moved": ({ plan }) => ({
    observed: `somebody moved ${plan.site.deployPath}/current while the new version was probed`,
    next: 'Let one tool switch the site, and run "pulumi up" again',
  }),
};
