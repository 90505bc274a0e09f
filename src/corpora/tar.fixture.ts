/** Builds a tar archive as GitHub does: everything in one folder, a global pax header first, long paths in pax headers. */
export function tarOf(files: Record<string, string>): Buffer {
  const parts = [entry('pax_global_header', 'g', '52 comment=0123456789012345678901234567890123456789\n')];
  parts.push(entry('repository-0123456/', '5', ''));
  for (const [name, content] of Object.entries(files)) {
    const path = `repository-0123456/${name}`;
    if (path.length > 100) parts.push(entry('header', 'x', paxRecord('path', path)));
    parts.push(entry(path.slice(0, 100), '0', content));
  }
  return Buffer.concat([...parts, Buffer.alloc(1_024)]);
}

/** Builds an archive as GNU tar does: no enclosing folder, long names in preceding entries. */
export function plainTarOf(files: Record<string, string | Uint8Array>): Buffer {
  const parts = Object.entries(files).flatMap(([path, content]) => [
    ...(path.length > 100 ? [entry('././@LongLink', 'L', `${path}\0`)] : []),
    entry(path.slice(0, 100), '0', content),
  ]);
  return Buffer.concat([...parts, Buffer.alloc(1_024)]);
}

function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length;
  while (`${length}${rest}`.length !== length) length = `${length}${rest}`.length;
  return `${length}${rest}`;
}

/** Builds one entry; `size` replaces the bytes of the size field in its header. */
export function entry(name: string, type: string, content: string | Uint8Array, size?: Buffer): Buffer {
  const body = Buffer.from(content as string);
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  size?.copy(header, 124);
  header.write('        ', 148);
  header.write(type, 156);
  header.write('ustar\0', 257);
  header.write('00', 263);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, body, Buffer.alloc((512 - (body.length % 512)) % 512)]);
}
