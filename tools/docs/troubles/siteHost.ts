import { quoted } from "../said.ts";
import type { Trouble } from "../trouble.ts";

const said = (file: string, text: string): string => quoted(text, `host/siteHost/${file}.sh`);

/** What a step of a SiteHost ends with: the last line of its standard error, or a warning. */
export const siteHost: readonly Trouble[] = [
  {
    title: "A package cannot be installed",
    text: said(
      "packages",
      "Cannot install…. Where a version of PHP is not Debian's or Ubuntu's own, its repository must be among apt's sources",
    ),
    why: "apt does not know the package, has no network, or is at work elsewhere. Its own words stand above.",
    act: "`phpVersion` must be one that the distribution has, or a repository must be added first, as by cloud-init.",
  },
  {
    title: "The host has no apt",
    text: said("packages", "missing:…, and this host has no apt-get to install them"),
    why: "`SiteHost` knows Debian and Ubuntu.",
    act: "install them by hand, and it goes on; or leave `SiteHost` out and [set the host up yourself](host.md).",
  },
  {
    title: "nginx does not take what was written",
    text: said("nginxFile", "…; … is as it was before").replace("…", "nginx -t is red with it"),
    why: 'So it is with "nginx did not take it". What stands above is nginx\'s own: a name or a port that another block has, a directive that this nginx does not know.',
  },
  {
    title: "A file of somebody else's",
    text: `warning: ${said("ours", "… was made or edited by somebody else and is left alone. What it has (-), and what would be written (+):")}`,
    why: "A server block of the site's name was there before, or has been edited since, by certbot for instance. It is never overwritten.",
    act: "take over from the difference what the site needs, the include above all; or remove the file, and have the step look again: `pulumi up --replace '**::<name>-server-block'`.",
  },
  {
    title: "No key would let in",
    text: said("user", "No key would let in as …: set authorizedKeys, or give … a key of its own"),
    why: "The deploy user gets the keys of the login that sets the host up, and that one came in by a password.",
  },
  {
    title: "The deploy user has no login shell",
    text: said("user", "… has no login shell, and a release needs one: chsh -s /bin/bash …"),
    why: "The user was there before, for another purpose.",
  },
  {
    title: "The deploy user is root",
    text: said("user", "… is root, which needs no right that could be given"),
    why: "`deployUser` names root, or a user with root's number.",
  },
  {
    title: "php-fpm has no socket",
    text: said("user", "php-fpm has no socket at …: is its service running?"),
    why: "It was stopped, or its pool listens elsewhere.",
    act: "`systemctl status 'php*-fpm'`. `poolAccess: false` goes without it.",
  },
  {
    title: "The site's directory is in use",
    text: said("directories", "… is there with something in it, and … cannot write in it: chown … …, if it may"),
    why: "A directory with files of somebody's is not given away by itself.",
  },
  {
    title: "php-fpm does not take the settings",
    text: said("opcacheSettings", "php-fpm does not take the settings; … is as it was"),
    why: "Its own words stand above. php-fpm runs on as it was.",
    act: "`opcacheSettings: false` leaves them to you.",
  },
];
