export {};
//# sourceMappingURL=weir-config.js.map