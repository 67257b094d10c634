import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
/** Folder of the installation: the nearest one above this file that holds `nx.json`. */
export function repositoryRoot() {
    let folder = import.meta.dirname;
    while (!existsSync(join(folder, 'nx.json'))) {
        const parent = dirname(folder);
        if (parent === folder)
            throw new Error('The installation is incomplete: no nx.json above it.');
        folder = parent;
    }
    return folder;
}
//# sourceMappingURL=repository-root.js.map