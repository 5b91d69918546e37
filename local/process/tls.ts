import { createPrivateKey, X509Certificate } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { rootCertificates } from 'node:tls';
import { writeWhole } from '#local/process/write-whole.ts';

/** A self-signed certificate in PEM. */
export interface Certificate {
  readonly key: string;
  readonly cert: string;
  /** The file that clients must trust, through `NODE_EXTRA_CA_CERTS` or `AWS_CA_BUNDLE`. */
  readonly path: string;
}

/** Returns the certificate for localhost and 127.0.0.1 in a folder, and creates it if needed. */
export async function openCertificate(folder: string): Promise<Certificate> {
  const path = resolve(folder, 'localhost.pem');
  const keyPath = resolve(folder, 'localhost.key');
  if (!existsSync(path) || !existsSync(keyPath)) {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    // Loaded when it is needed: it is large, and few servers need a new certificate.
    const { generate } = await import('selfsigned');
    const generated = await generate([{ name: 'commonName', value: 'localhost' }], {
      algorithm: 'sha256',
      keyType: 'ec',
      notAfterDate: new Date(Date.now() + 800 * 24 * 60 * 60_000),
      extensions: [
        { name: 'basicConstraints', cA: true },
        {
          name: 'subjectAltName',
          altNames: [
            { type: 2, value: 'localhost' },
            { type: 7, ip: '127.0.0.1' },
          ],
        },
      ],
    });
    await writeWhole(keyPath, generated.private, { mode: 0o600 });
    await writeWhole(path, generated.cert);
  }
  const cert = await readFile(path, 'utf8');
  const key = await readFile(keyPath, 'utf8');
  if (!belongTogether(cert, key)) {
    throw new Error(`${path} or ${keyPath} is damaged. Delete both, and new ones are created.`);
  }
  return { path, cert, key };
}

/**
 * Writes a file with a certificate and all public ones beside it, for clients that trust what is in
 * one file. Returns its path.
 */
export async function writeTrusted({ path, cert }: Certificate): Promise<string> {
  const trusted = resolve(path, '../trusted.pem');
  await writeWhole(trusted, [...rootCertificates, cert].join('\n'));
  return trusted;
}

function belongTogether(cert: string, key: string): boolean {
  try {
    return new X509Certificate(cert).checkPrivateKey(createPrivateKey(key));
  } catch {
    return false;
  }
}
