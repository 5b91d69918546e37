import * as v from 'valibot';
import { ChatError } from '#domain/errors.ts';
import type { OwnTool } from '#domain/model/tools.ts';
import { ownTool } from '#tools/own-tool.ts';

/** The source of orders, such as your database. */
export interface Orders {
  /** Returns the status of an order of this owner, or undefined if they have no such order. */
  statusOf(orderNumber: string, owner: string, signal: AbortSignal): Promise<string | undefined>;
}

/** A tool that lets the model look up the caller's own orders. */
export function getOrder(orders: Orders): OwnTool {
  return ownTool({
    name: 'get_order',
    description: 'The status of an order of the user.',
    // A tool that writes is called only after the user has approved the call.
    writes: false,
    timeoutMs: 3_000,
    maxCalls: 3,
    // Models see this as JSON Schema. Input that does not match goes back to the model as an error.
    input: v.strictObject({
      order_number: v.pipe(
        v.string('must be a string'),
        v.regex(/^[A-Z]{2}-\d{4}$/u, 'must look like AB-1234'),
        v.description('The order number, such as AB-1234.'),
      ),
    }),
    run: async ({ order_number: orderNumber }, { owner, signal }) => {
      const status = await orders.statusOf(orderNumber, owner, signal);
      // The model sees the message of a ChatError, and of no other error.
      if (status === undefined)
        throw new ChatError('not_found', `There is no order ${orderNumber}.`);
      return `Order ${orderNumber}: ${status}`;
    },
  });
}
