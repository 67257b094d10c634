/** An answer's bytes, at most `bytesMax` of them: a longer one throws. */
export async function readAnswer(
  body: AsyncIterable<Uint8Array>,
  bytesMax: number,
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.length;
    if (bytes > bytesMax) throw new Error('The answer is longer than an answer may be.');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
