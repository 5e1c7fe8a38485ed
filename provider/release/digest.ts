/** What a source is, by content. */
export interface SourceDigest {
  readonly digest: string;
  readonly files: number;
  readonly bytes: number;
}

/** The digest of a directory, .tar, .tar.gz or .zip on this machine. */
export declare function digestSource(path: string): Promise<SourceDigest>;
