const DEADLINE_MS = 20_000;
/** Tells the launcher that this process serves, and on which port the kernel let it. */
export function announceReady(port = null) {
    process.send?.({ type: 'ready', port });
}
/**
 * Runs an application until it is told to stop: by SIGTERM, or by the end of its launcher, whose channel closes.
 * Ctrl-C reaches every process of a terminal at once; a child leaves it to the launcher, which knows the order.
 */
export function runUntilStopped(app, input = {}) {
    const isChild = process.send !== undefined;
    let stopping = false;
    const stop = (reason) => {
        if (stopping)
            return;
        stopping = true;
        input.logger?.info({ reason }, 'stopping');
        const timer = setTimeout(() => {
            input.logger?.error('did not stop in time');
            process.exit(1);
        }, input.deadlineMs ?? DEADLINE_MS);
        timer.unref();
        app.close().then(() => process.exit(0), (error) => {
            input.logger?.error({ err: error }, 'stopping failed');
            process.exit(1);
        });
    };
    process.on('SIGTERM', () => {
        stop('SIGTERM');
    });
    process.on('SIGINT', () => {
        if (!isChild)
            stop('SIGINT');
    });
    process.on('disconnect', () => {
        stop('the launcher has gone');
    });
    // A launcher that was killed before this line has closed the channel already.
    if (isChild && !process.connected)
        stop('the launcher has gone');
}
//# sourceMappingURL=run-until-stopped.js.map