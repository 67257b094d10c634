/**
 * The last line of defence against secrets in logs: a pass over each finished JSON line. It sees what every other
 * rule may have missed, such as a URL inside the message of an error's cause. Replacing text inside a JSON string
 * by plain letters keeps the line valid.
 */
const MARK = '[redacted]';
/** Shapes of secrets, ours and the vendors'. */
const SHAPES = [
    [/\b(weir-sk-[A-Za-z0-9_-]{4})[A-Za-z0-9_-]{12,}/g, `$1${MARK}`],
    [/\b(?:sk|rk|pk)[-_](?:[a-z]+[-_])*[A-Za-z0-9_-]{16,}/g, MARK],
    [/\bwhsec_[A-Za-z0-9+/=_-]{8,}/g, MARK],
    [/\bAIza[A-Za-z0-9_-]{20,}/g, MARK],
    [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{8,}/gi, `$1 ${MARK}`],
    [/\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]+/g, MARK],
    [/([?&](?:key|api_key|apikey|token|access_token|signature)=)[^&\s"\\]+/gi, `$1${MARK}`],
    [/(\b[a-z][a-z0-9+.-]*:\/\/[^/\s:@"\\]*:)[^/\s@"\\]+@/gi, `$1${MARK}@`],
];
/** Shorter ones would hit ordinary words. */
const EXACT_LENGTH_MIN = 8;
/** A function that takes the secrets out of a line: those of the installation exactly, others by their shape. */
export function createScrubber(secrets) {
    const exact = secrets
        .filter((secret) => secret !== null && secret.length >= EXACT_LENGTH_MIN)
        .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)]);
    const unique = [...new Set(exact)].sort((a, b) => b.length - a.length);
    return (line) => {
        let clean = line;
        for (const secret of unique)
            clean = clean.replaceAll(secret, MARK);
        for (const [shape, replacement] of SHAPES)
            clean = clean.replace(shape, replacement);
        return clean;
    };
}
//# sourceMappingURL=scrub.js.map