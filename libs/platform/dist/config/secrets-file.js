import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { ConfigError } from './config-error.js';
import { makeFolder } from './make-folder.js';
import { encryptionKeys, signingKeys } from './parsers.js';
const fileSchema = z.object({
    JWT_SECRET: signingKeys,
    KEY_PEPPER: z.string().min(32),
    SECRETS_KEYS: encryptionKeys,
});
/**
 * Reads `secrets.json` of a data folder, making it once. Several processes may do so at the same time: the file
 * appears whole or not at all, and the first one wins.
 */
export function readOrMakeSecrets(dataDir) {
    const file = join(dataDir, 'secrets.json');
    let text;
    try {
        text = readIfThere(file) ?? makeFile(dataDir, file);
    }
    catch (error) {
        // EACCES, EROFS, ENOTDIR, ENOSPC: the folder is the operator's choice.
        const code = error instanceof Error && 'code' in error ? String(error.code) : '';
        if (code === '')
            throw error;
        throw new ConfigError([
            `WEIR_DATA_DIR ${dataDir} cannot be written (${code}); choose another folder or mend its rights.`,
        ]);
    }
    const parsed = fileSchema.safeParse(JSON.parse(text));
    if (!parsed.success)
        throw new Error(`${file} is damaged; restore it from a backup.`);
    return {
        jwtSecrets: parsed.data.JWT_SECRET,
        keyPepper: parsed.data.KEY_PEPPER,
        secretsKeys: parsed.data.SECRETS_KEYS,
    };
}
function readIfThere(file) {
    try {
        return readFileSync(file, 'utf8');
    }
    catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ENOENT')
            return undefined;
        throw error;
    }
}
function makeFile(dataDir, file) {
    makeFolder(dataDir);
    const draft = `${file}.${randomBytes(6).toString('hex')}`;
    const content = {
        JWT_SECRET: randomBytes(48).toString('base64url'),
        KEY_PEPPER: randomBytes(48).toString('base64url'),
        SECRETS_KEYS: randomBytes(32).toString('base64'),
    };
    writeFileSync(draft, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600, flush: true });
    try {
        linkSync(draft, file);
    }
    catch (error) {
        // EEXIST: another process was first; its secrets count.
        if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST'))
            throw error;
    }
    finally {
        rmSync(draft, { force: true });
    }
    return readFileSync(file, 'utf8');
}
//# sourceMappingURL=secrets-file.js.map