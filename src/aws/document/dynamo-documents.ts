import { toStateUpdate } from '#aws/dynamo/change.ts';
import { documentKey } from '#aws/dynamo/keys.ts';
import { checkItemVersion, currentVersion } from '#aws/dynamo/item-version.ts';
import { listNewest, removeUnchanged } from '#aws/dynamo/owned-items.ts';
import { ConditionFailed, toExpiry, type Table } from '#aws/dynamo/table.ts';
import {
  number,
  oneOf,
  optionalNumber,
  optionalText,
  record,
  text,
  type Item,
} from '#aws/dynamo/item-fields.ts';
import { idempotencyKeyReused } from '#domain/conversation/conversation-errors.ts';
import {
  documentFormats,
  type Document,
  type DocumentKey,
  type Documents,
} from '#domain/document/document.ts';
import { isFailureReason, type DocumentFailure } from '#domain/document/document-failure.ts';
import { errorCodes } from '#domain/errors.ts';

/** Returns the documents in a table, with one item for each. */
export function createDynamoDocuments(table: Table): Documents {
  const find = async (key: DocumentKey): Promise<Document | undefined> => {
    const item = await table.get({ Key: documentKey(key), ConsistentRead: true });
    return item === undefined ? undefined : fromItem(key, item);
  };
  return {
    find,
    async add(document) {
      const { owner: _, expiresAtMs, ...fields } = document;
      const stored = { ...fields, expiresAt: toExpiry(expiresAtMs), ...currentVersion };
      const Item = { ...documentKey(document), ...stored };
      try {
        const ConditionExpression = 'attribute_not_exists(pk)';
        await table.put({ Item, ConditionExpression });
        return document;
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
      const before = await find(document);
      if (before === undefined) throw new Error('The existing document could not be read');
      if (before.fingerprint !== document.fingerprint) throw idempotencyKeyReused();
      return before;
    },
    async list(owner, page) {
      const { items: ids, ...rest } = await listNewest(table, owner, prefix, page);
      const found = await Promise.all(ids.map((documentId) => find({ owner, documentId })));
      return { items: found.filter((document) => document !== undefined), ...rest };
    },
    remove: (document) =>
      removeUnchanged(table, documentKey(document), document, {
        executionId: document.executionId,
      }),
    async change(key, change, states) {
      const Key = documentKey(key);
      try {
        await table.update({ Key, ...toStateUpdate(change, states) });
      } catch (error) {
        if (!(error instanceof ConditionFailed)) throw error;
      }
    },
  };
}

/** The beginning of the sort keys of documents. */
const prefix = documentKey({ owner: '', documentId: '' }).sk;

const states = ['awaiting_upload', 'queued', 'running', 'succeeded', 'failed'] as const;

function fromItem({ owner, documentId }: DocumentKey, item: Item): Document {
  checkItemVersion(item);
  const error = item['error'] === undefined ? undefined : record(item['error']);
  return {
    owner,
    documentId,
    kind: oneOf(['summary', 'analysis'] as const, item['kind']),
    state: oneOf(states, item['state']),
    name: text(item, 'name'),
    format: oneOf(documentFormats, item['format']),
    fingerprint: text(item, 'fingerprint'),
    createdAtMs: number(item, 'createdAtMs'),
    expiresAtMs: number(item, 'expiresAt') * 1_000,
    ...optionalNumber(item, 'bytes'),
    ...optionalNumber(item, 'finishedAtMs'),
    ...optionalText(item, 'executionId'),
    ...optionalText(item, 'result'),
    ...(error === undefined ? {} : { error: fromFailure(error) }),
  };
}

/** A reason of a later version is left out: the code and the sentence say enough. */
function fromFailure(error: Item): DocumentFailure {
  const { reason } = error;
  return {
    code: oneOf(errorCodes, error['code']),
    message: text(error, 'message'),
    ...(typeof reason === 'string' && isFailureReason(reason) ? { reason } : {}),
  };
}
