/**
 * Refuses what another site's page could make a browser send: such a request either says where it
 * comes from or cannot carry JSON without asking first. Nothing when the request is welcome.
 */
export function refuseStrangers(request: Request): Response | undefined {
  const site = request.headers.get('sec-fetch-site') ?? 'same-origin';
  const isOwn = site === 'same-origin' || site === 'none';
  const isJson = request.headers.get('content-type')?.startsWith('application/json') === true;
  const isRead = request.method === 'GET' || request.method === 'DELETE';
  if (isOwn && (isRead || isJson)) return undefined;
  const detail = 'Only this page may call, and it sends JSON.';
  return Response.json({ status: 403, code: 'forbidden', detail, error: detail }, { status: 403 });
}
