/**
 * The last line of defence against secrets in logs: a pass over each finished JSON line. It sees what every other
 * rule may have missed, such as a URL inside the message of an error's cause. Replacing text inside a JSON string
 * by plain letters keeps the line valid.
 */
/** A function that takes the secrets out of a line: those of the installation exactly, others by their shape. */
export declare function createScrubber(secrets: readonly (string | null)[]): (line: string) => string;
