const POLL_MS = 25;
/**
 * Waits for a condition instead of sleeping: calls `probe` until it neither throws nor rejects, and returns its
 * value. After the deadline it throws what the last try threw.
 *
 * @param deadlineMs how long to try, milliseconds
 */
export async function eventually(probe, deadlineMs = 10_000) {
    const until = performance.now() + deadlineMs;
    for (;;) {
        try {
            return await probe();
        }
        catch (error) {
            // Not yet: whatever it threw is only news when the time is over.
            if (performance.now() >= until)
                throw error;
        }
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
}
//# sourceMappingURL=eventually.js.map