import type { Adapter, AdapterPayload } from 'oidc-provider';
import { integer, string, structure } from '#local/wire/shape.ts';
import type { Store } from '#local/process/store.ts';
import { record } from '#local/template/json.ts';

/** The SQL schema of the session storage. */
export const sessionSchema = `
CREATE TABLE IF NOT EXISTS sign_in (
  kind TEXT, id TEXT, payload TEXT, grant_id TEXT, uid TEXT, user_code TEXT, expires_at INTEGER,
  PRIMARY KEY (kind, id));`;

const rowShape = structure({ payload: string() }, { expiresAt: integer() });

/**
 * Returns storage for the sessions, codes and tokens of the OpenID provider, so that users stay signed
 * in across a restart.
 */
export function sessionAdapter(store: Store): (kind: string) => Adapter {
  const columns = 'payload, expires_at AS expiresAt FROM sign_in WHERE kind = ? AND';
  const save = store.change('INSERT OR REPLACE INTO sign_in VALUES (?, ?, ?, ?, ?, ?, ?)');
  const byId = store.rows(`SELECT ${columns} id = ?`, rowShape);
  const byUid = store.rows(`SELECT ${columns} uid = ?`, rowShape);
  const byUserCode = store.rows(`SELECT ${columns} user_code = ?`, rowShape);
  const remove = store.change('DELETE FROM sign_in WHERE kind = ? AND id = ?');
  const removeGrant = store.change('DELETE FROM sign_in WHERE grant_id = ?');
  const consume = store.change(
    "UPDATE sign_in SET payload = json_set(payload, '$.consumed', ?3) WHERE kind = ?1 AND id = ?2",
  );
  const read = (rows: ReturnType<typeof byId>): AdapterPayload | undefined => {
    const found = rows.find(({ expiresAt }) => expiresAt === undefined || expiresAt > seconds());
    return found === undefined ? undefined : record(JSON.parse(found.payload));
  };
  return (kind) => ({
    async upsert(id, payload, expiresIn) {
      const expiresAt = expiresIn === undefined ? null : seconds() + expiresIn;
      const { grantId = null, uid = null, userCode = null } = payload;
      save(kind, id, JSON.stringify(payload), grantId, uid, userCode, expiresAt);
    },
    find: async (id) => read(byId(kind, id)),
    findByUid: async (uid) => read(byUid(kind, uid)),
    findByUserCode: async (code) => read(byUserCode(kind, code)),
    consume: async (id) => void consume(kind, id, seconds()),
    destroy: async (id) => void remove(kind, id),
    revokeByGrantId: async (grantId) => void removeGrant(grantId),
  });
}

function seconds(): number {
  return Math.floor(Date.now() / 1000);
}
