import { existsSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
/**
 * Makes a folder and its parents, mode 0700. Not `mkdirSync`'s own `recursive`: that never returns where the system
 * answers ENOENT below a folder that exists, as `/proc` does.
 */
export function makeFolder(path) {
    if (existsSync(path))
        return;
    if (!existsSync(dirname(path)))
        makeFolder(dirname(path));
    try {
        mkdirSync(path, { mode: 0o700 });
    }
    catch (error) {
        // EEXIST: another process was faster.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
            throw error;
    }
}
//# sourceMappingURL=make-folder.js.map