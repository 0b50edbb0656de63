// Not built yet: this package exports nothing until its first release.
export {};
