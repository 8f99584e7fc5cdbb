package dev.tandem.assistant;

import dev.tandem.assistant.api.ActionFailed;
import dev.tandem.assistant.api.Actions;
import dev.tandem.assistant.core.Questions.Kind;
import dev.tandem.assistant.core.Questions.Outcome;
import dev.tandem.assistant.core.Questions.Step;
import dev.tandem.assistant.store.Journal;
import dev.tandem.xmpp.account.DeviceId;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a user asks of all devices at once. Any thread. */
final class SurveyActions {
    private final DeviceId self;
    private final Survey survey;
    private final SurveyAnswers own;
    private final Folders folders;
    private final Mesh mesh;
    private final Records records;

    SurveyActions(DeviceId self, Survey survey, SurveyAnswers own, Folders folders, Mesh mesh, Records records) {
        this.self = self;
        this.survey = survey;
        this.own = own;
        this.folders = folders;
        this.mesh = mesh;
        this.records = records;
    }

    void status(String client, Consumer<Actions.DeviceStatus> each) throws ActionFailed {
        try (Survey.Asker asker = ask(client, Kind.STATUS, 0)) {
            each.accept(new Actions.DeviceStatus(
                    self.hex(),
                    mesh.ownName(),
                    new Actions.SharedFolders(folders.all().stream()
                            .sorted(Comparator.comparing(
                                    folder -> folder.stored().name()))
                            .map(SurveyAnswers::status)
                            .toList()),
                    null));
            while (true) {
                Step<SurveyWire.Page> step = asker.next();
                if (step instanceof Step.Give<SurveyWire.Page> give
                        && give.page() instanceof SurveyWire.Folders answer
                        && answer.folders() != null) {
                    each.accept(status(give.device(), new Actions.SharedFolders(answer.folders()), null));
                } else if (step instanceof Step.Over<SurveyWire.Page> over
                        && over.part().outcome() != Outcome.ANSWERED) {
                    each.accept(status(over.device(), null, asker.reason(over.device(), over.part())));
                } else if (step instanceof Step.End<SurveyWire.Page>) {
                    return;
                }
            }
        } catch (IOException stopping) {
            throw new ActionFailed(ActionFailed.Kind.FAILED, Diagnosis.brief(stopping) + "; ask again");
        }
    }

    private Actions.DeviceStatus status(
            DeviceId device, Actions.@Nullable SharedFolders answer, @Nullable String reason) {
        return new Actions.DeviceStatus(device.hex(), records.deviceName(device), answer, reason);
    }

    private Survey.Asker ask(String client, Kind kind, long since) throws ActionFailed {
        Optional<Survey.Asker> asker = survey.ask(client, kind, since);
        return asker.orElseThrow(() -> new ActionFailed(
                ActionFailed.Kind.FAILED,
                "too many questions wait for an answer already; nothing was asked; end some of them and try again"));
    }

    /** What one device has told and nobody has been shown yet: a page at most. */
    private static final class Source {
        final Deque<SurveyWire.Entry> entries = new ArrayDeque<>();
        boolean over;

        /** It has sent a page and waits until that is used. */
        boolean waits;
    }

    void log(String client, Instant since, Consumer<Actions.DeviceEntry> each) throws ActionFailed {
        try (Survey.Asker asker = ask(client, Kind.LOG, since.toEpochMilli())) {
            new Merge(asker, since, each).run();
        } catch (IOException stopping) {
            throw new ActionFailed(ActionFailed.Kind.FAILED, Diagnosis.brief(stopping) + "; ask again");
        }
    }

    /** Merges journals: the oldest entry of all that may come next is the next one. */
    private final class Merge {
        private final Survey.Asker asker;
        private final Instant since;
        private final Consumer<Actions.DeviceEntry> each;
        private final Map<DeviceId, Source> sources = new LinkedHashMap<>();
        private final Source here = new Source();
        private long ownCursor;
        private boolean ended;

        Merge(Survey.Asker asker, Instant since, Consumer<Actions.DeviceEntry> each) {
            this.asker = asker;
            this.since = since;
            this.each = each;
        }

        void run() throws IOException {
            sources.put(self, here);
            readOwn();
            while (!ended) {
                take(asker.next());
                while (giveOldest()) {
                    // until somebody has to be waited for
                }
            }
        }

        private void take(Step<SurveyWire.Page> step) {
            if (step instanceof Step.Ask<SurveyWire.Page> ask) {
                sources.computeIfAbsent(ask.device(), device -> new Source());
            } else if (step instanceof Step.Give<SurveyWire.Page> give
                    && give.page() instanceof SurveyWire.Entries page) {
                Source source = sources.computeIfAbsent(give.device(), device -> new Source());
                source.entries.addAll(page.entries() == null ? List.of() : page.entries());
                source.waits = page.more();
                if (source.waits && source.entries.isEmpty()) {
                    next(give.device(), source);
                }
            } else if (step instanceof Step.Over<SurveyWire.Page> over) {
                sources.computeIfAbsent(over.device(), device -> new Source()).over = true;
                if (over.part().outcome() != Outcome.ANSWERED) {
                    String name = records.deviceName(over.device());
                    each.accept(new Actions.DeviceEntry(
                            over.device().hex(), name, null, asker.reason(over.device(), over.part())));
                }
            } else if (step instanceof Step.End<SurveyWire.Page>) {
                ended = true;
            }
        }

        private boolean giveOldest() {
            if (sources.values().stream().anyMatch(source -> source.entries.isEmpty() && !source.over)) {
                return false; // its next entry may be older than all others
            }
            Optional<Map.Entry<DeviceId, Source>> oldest = sources.entrySet().stream()
                    .filter(entry -> !entry.getValue().entries.isEmpty())
                    .min(Comparator.comparingLong(
                            entry -> entry.getValue().entries.getFirst().time()));
            if (oldest.isEmpty()) {
                return false;
            }
            DeviceId device = oldest.get().getKey();
            Source source = oldest.get().getValue();
            SurveyWire.Entry entry = source.entries.removeFirst();
            String name = device.equals(self) ? mesh.ownName() : records.deviceName(device);
            each.accept(new Actions.DeviceEntry(
                    device.hex(),
                    name,
                    new Journal.Entry(
                            entry.cursor(), SurveyWire.time(entry), entry.type(), entry.folder(), entry.fields()),
                    null));
            if (source.entries.isEmpty() && source.waits) {
                next(device, source);
            }
            return true;
        }

        private void next(DeviceId device, Source source) {
            source.waits = false;
            if (device.equals(self)) {
                readOwn();
            } else {
                asker.taken(device);
            }
        }

        private void readOwn() {
            do {
                SurveyWire.Entries page = own.own(new SurveyWire.LogQuestion(since.toEpochMilli(), ownCursor));
                ownCursor = page.cursor();
                here.entries.addAll(page.entries() == null ? List.of() : page.entries());
                here.waits = page.more();
            } while (here.waits && here.entries.isEmpty());
            here.over = !here.waits;
        }
    }
}
