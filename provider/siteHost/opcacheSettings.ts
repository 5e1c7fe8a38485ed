/** What opcache is to have room for. */
export interface OpcacheSize {
  /** The PHP files of one release that requests run. */
  readonly files: number;
  readonly releases: number;
}

// 500 small classes took 13.3 MB, and each file two keys, for its path as it is asked for and for where it really is; what was invalidated
// keeps its key until a restart. PHP takes 200 to 1,000,000 keys.
const MEGABYTES_OF_A_FILE = 13.3 / 500;
const KEYS_OF_A_FILE = 2.2;

/** php-fpm's settings for a site that has one absolute path per release. */
export function opcacheSettings({ files, releases }: OpcacheSize): string {
  const all = files * releases;
  const megabytes = Math.max(128, Math.ceil((all * MEGABYTES_OF_A_FILE) / 64) * 64);
  const keys = Math.min(1_000_000, Math.max(10_000, Math.ceil(all * KEYS_OF_A_FILE)));
  const strings = Math.min(128, Math.max(16, Math.ceil(all / 500)));
  return `; Room for ${releases} releases of ${files} PHP files each.
opcache.enable=1
opcache.memory_consumption=${megabytes}
opcache.max_accelerated_files=${keys}
opcache.interned_strings_buffer=${strings}
; Each release has a path of its own, whose files never change: there is nothing to look up again.
opcache.validate_timestamps=0
realpath_cache_size=4096K
`;
}
