package dev.tandem.assistant.core;

import org.jspecify.annotations.Nullable;

/**
 * A change that is held because so many files would vanish.
 *
 * @param vanished how many
 * @param files of so many
 * @param from the names of the devices that it comes from, or null if the files have vanished here
 */
public record HeldDeletion(
        int vanished, int files, @Nullable String from) {
    /** The key of the folder's alert about it. */
    public static final String ALERT = "mass deletion";

    /**
     * How many files may vanish at once.
     *
     * @param files in a folder of fewer, any number: from 1; 0 for any number in any folder
     * @param percent of a folder's files, 0 to 100: more are held
     */
    public record Limit(int files, int percent) {
        /** What holds where the user has not said otherwise. */
        public static final Limit DEFAULT = new Limit(20, 50);

        /** Whether so many of so many have to be asked about. */
        public boolean isExceeded(int vanished, int of) {
            return files > 0 && of >= files && vanished * 100L > (long) of * percent;
        }
    }
}
