/** OpenAI names recordings by format, the others by media type. Only `mp3` has a name of its own there. */
const MP3 = { format: 'mp3', mediaType: 'audio/mpeg' };
const PREFIX = 'audio/';

/** `wav` → `audio/wav`. */
export function mediaTypeOfFormat(format: string): string {
  return format === MP3.format ? MP3.mediaType : PREFIX + format;
}

/** `audio/wav` → `wav`; null for what is no recording. Parameters (`;rate=…`) are left out. */
export function formatOfMediaType(mediaType: string): string | null {
  const [type = ''] = mediaType.split(';');
  if (!type.startsWith(PREFIX)) return null;
  return type === MP3.mediaType ? MP3.format : type.slice(PREFIX.length);
}
