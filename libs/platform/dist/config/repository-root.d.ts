/** Folder of the installation: the nearest one above this file that holds `nx.json`. */
export declare function repositoryRoot(): string;
