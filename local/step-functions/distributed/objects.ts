/** What distributed Map states read and write in S3. */
export interface Objects {
  /** Returns the bytes of an object. Throws a `StatesError` if there is none. */
  read(location: ObjectLocation): Promise<Buffer>;
  /** Returns the metadata of the objects whose keys begin with a prefix. Throws a `StatesError`. */
  list(bucket: string, prefix: string): Promise<readonly ListedObject[]>;
  /** Throws a `StatesError` if the bucket refuses the object. */
  write(location: ObjectLocation, body: string): Promise<void>;
}

export interface ObjectLocation {
  readonly bucket: string;
  readonly key: string;
}

/** An object as `ListObjectsV2` lists it, in the spelling of Step Functions. */
export interface ListedObject {
  readonly Etag: string;
  readonly Key: string;
  /** Seconds since 1970. */
  readonly LastModified: number;
  readonly Size: number;
  readonly StorageClass: string;
}
