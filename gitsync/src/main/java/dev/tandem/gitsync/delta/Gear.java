package dev.tandem.gitsync.delta;

/**
 * The table of FastCDC's rolling hash (Xia et al., USENIX ATC 2016): one arbitrary number per byte value. Part of the
 * protocol: both sides must have the same, so it is computed from a fixed seed (SplitMix64).
 */
final class Gear {
    private static final long SEED = 0x54616e64656d2131L; // "Tandem!1"

    private Gear() {}

    static long[] table() {
        long[] table = new long[256];
        long state = SEED;
        for (int i = 0; i < table.length; i++) {
            state += 0x9e3779b97f4a7c15L;
            long mixed = (state ^ (state >>> 30)) * 0xbf58476d1ce4e5b9L;
            mixed = (mixed ^ (mixed >>> 27)) * 0x94d049bb133111ebL;
            table[i] = mixed ^ (mixed >>> 31);
        }
        return table;
    }
}
