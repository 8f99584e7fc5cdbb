package dev.tandem.gitsync.exchange;

import dev.tandem.gitsync.extra.Extra;
import org.eclipse.jgit.errors.CorruptObjectException;
import org.eclipse.jgit.lib.AnyObjectId;
import org.eclipse.jgit.lib.Constants;
import org.eclipse.jgit.lib.ObjectChecker;
import org.jspecify.annotations.Nullable;

/**
 * Checks what is pushed. No tree has a name twice, and none has a name that another system takes for {@code .git}; but
 * names that another system takes for one, {@code README} and {@code readme} or the two ways to write an é, are two
 * files where they come from: to refuse them would be to refuse all that comes after. What a commit says beside its
 * tree has the form that {@link Extra} describes.
 */
final class PushedObjects extends ObjectChecker {
    private final ObjectChecker elsewhere =
            lenient(new ObjectChecker()).setSafeForMacOS(true).setIgnore(ErrorType.DUPLICATE_ENTRIES, true);

    PushedObjects() {
        lenient(this);
    }

    private static ObjectChecker lenient(ObjectChecker checker) {
        return checker.setAllowLeadingZeroFileMode(true) // old histories have both
                .setAllowInvalidPersonIdent(true);
    }

    @Override
    public void check(@Nullable AnyObjectId id, int type, byte[] raw) throws CorruptObjectException {
        super.check(id, type, raw);
        elsewhere.check(id, type, raw);
        if (type == Constants.OBJ_COMMIT) {
            var unused = Extra.checked(raw);
        }
    }
}
