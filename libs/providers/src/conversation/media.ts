import type { Media } from './conversation.js';

const DATA = 'data:';
const BASE64 = ';base64';

/** A URL as a source: a data URL becomes its bytes. Null where it is a data URL that is not base64. */
export function mediaOfUrl(url: string): Media | null {
  if (!url.startsWith(DATA)) return { kind: 'url', url };
  const comma = url.indexOf(',');
  const head = url.slice(DATA.length, Math.max(comma, 0));
  if (comma < 0 || !head.endsWith(BASE64)) return null;
  const mediaType = head.slice(0, -BASE64.length);
  return { kind: 'base64', mediaType, data: url.slice(comma + 1) };
}

/** The source as a URL; null for a file's id. */
export function urlOfMedia(media: Media): string | null {
  switch (media.kind) {
    case 'url':
      return media.url;
    case 'base64':
      return `${DATA}${media.mediaType}${BASE64},${media.data}`;
    case 'id':
      return null;
  }
}
