/**
 * Makes a folder and its parents, mode 0700. Not `mkdirSync`'s own `recursive`: that never returns where the system
 * answers ENOENT below a folder that exists, as `/proc` does.
 */
export declare function makeFolder(path: string): void;
