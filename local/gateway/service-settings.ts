import type { Clock } from '#local/process/clock.ts';
import type { Disk } from '#local/process/disk.ts';
import type { Credentials } from '#local/wire/signed-request.ts';

/** What a service that stores something is created with. */
export interface ServiceSettings {
  /** The data folder, in which its database is. */
  readonly data: string;
  readonly disk: Disk;
  readonly credentials: Credentials;
  readonly region: string;
  readonly clock: Clock;
}
