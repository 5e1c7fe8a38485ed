/** A script that php-fpm would not run: why, and what helps. */
export interface Refusal {
  readonly why: string;
  readonly next: string;
}

/** Whether an answer is php-fpm's own refusal to run the script, rather than the script's answer (php-src, sapi/fpm/fpm/fpm_main.c). */
export function phpRefusal(
  answer: { readonly status: number; readonly stderr: string },
  scriptFilename: string,
): Refusal | undefined {
  if (answer.status === 404 && /Primary script unknown/.test(answer.stderr))
    return {
      why: `php-fpm finds no ${scriptFilename} ("Primary script unknown")`,
      next: "The pool's user must be able to pass every directory above it; a chroot of the pool, or PrivateTmp and the like in php-fpm's unit, give it another view of the disk",
    };
  if (answer.status === 403 && /security\.limit_extensions/.test(answer.stderr))
    return {
      why: `php-fpm refuses to run ${scriptFilename} ("Access denied")`,
      next: "The pool's security.limit_extensions must list the script's extension",
    };
  if (answer.status >= 400 && /Unable to open primary script|in Unknown on line 0/.test(answer.stderr))
    return {
      why: `php-fpm cannot read ${scriptFilename}`,
      next: "The pool's user must be able to read it, and the pool's open_basedir must contain it",
    };
  return undefined;
}
