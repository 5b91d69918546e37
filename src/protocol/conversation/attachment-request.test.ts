import { expect, test } from 'vitest';
import { parseAttachmentRequest } from '#protocol/conversation/attachment-request.ts';

const parse = (body: object) => () => parseAttachmentRequest(JSON.stringify(body));

test('a file has a format by its name, and the largest size of its kind', () => {
  expect(parse({ name: '報告.PDF', size: 4_718_592 })()).toEqual({
    name: '報告.PDF',
    format: 'pdf',
    size: 4_718_592,
  });
  expect(parse({ name: 'cat.jpg', size: 3_932_160 })()).toMatchObject({ format: 'jpeg' });
  expect(parse({ name: 'cat.jpg', size: 3_932_161 })).toThrow(
    'size: must be at most 3932160 (3.75 MB) for images',
  );
});

test.each([
  [
    { name: 'a.exe', size: 1 },
    'name: must end with .png, .jpeg, .gif, .webp (up to 3.75 MB), .pdf',
  ],
  [{ name: 'a', size: 1 }, 'name: must end with'],
  [{ name: '../a.pdf', size: 1 }, 'name: must be a file name of at most 200 characters'],
  [{ name: 'a\n.pdf', size: 1 }, 'name: must be a file name'],
  [{ name: '\uD800.pdf', size: 1 }, 'name: must be a file name'],
  [{ name: `${'a'.repeat(197)}.pdf`, size: 1 }, 'name: must be a file name'],
  [{ name: `${'🐈'.repeat(99)}.pdf`, size: 1 }, 'name: must be a file name'],
  [{ size: 1 }, 'name: is required'],
  [{ name: 'a.pdf' }, 'size: is required'],
  [{ name: 'a.pdf', size: 0 }, 'size: must be a whole number from 1 to 4718592'],
  [{ name: 'a.pdf', size: 4_718_593 }, 'size: must be a whole number from 1 to 4718592'],
  [{ name: 'a.pdf', size: 1.5 }, 'size: must be a whole number'],
  [{ name: 'a.pdf', size: '1' }, 'size: must be a whole number'],
  [{ name: 'a.pdf', size: 1, type: 'x' }, 'type: is not a field of this request'],
])('%j is refused: %s', (body, message) => {
  expect(parse(body)).toThrow(message);
});
