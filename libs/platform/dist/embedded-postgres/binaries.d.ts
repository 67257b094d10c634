/** Where the PostgreSQL programs of one npm platform package lie. Absolute paths. */
export interface PostgresBinaries {
    /** Folder that holds `bin`, `lib` and `share`. */
    readonly nativeDir: string;
    readonly initdb: string;
    readonly postgres: string;
}
/**
 * Finds the PostgreSQL programs that npm installed for this platform and makes the library links which the
 * package's own install script would have made (install scripts are off here).
 *
 * @throws when npm installed no programs for this platform
 */
export declare function findPostgresBinaries(): PostgresBinaries;
/** The programs inside a copy of the package's `native` folder. */
export declare function nativeBinaries(nativeDir: string): PostgresBinaries;
