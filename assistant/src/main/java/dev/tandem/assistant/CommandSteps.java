package dev.tandem.assistant;

import dev.tandem.assistant.commands.Command;
import dev.tandem.assistant.commands.Run;

/** Who carries out which kind of command. */
record CommandSteps(
        AddSteps adds,
        PairOfferSteps offers,
        PairJoinSteps joins,
        GetSteps gets,
        DropSteps drops,
        RestoreSteps restores,
        RemoteSteps remotes,
        ForgetSteps forgets)
        implements Command.Handler {
    @Override
    public void add(Command.Add command, Run run) throws Exception {
        adds.run(command, run);
    }

    @Override
    public void pairOffer(Command.PairOffer command, Run run) {
        offers.run(command, run);
    }

    @Override
    public void pairJoin(Command.PairJoin command, Run run) throws Exception {
        joins.run(command, run);
    }

    @Override
    public void get(Command.Get command, Run run) throws Exception {
        gets.run(command, run);
    }

    @Override
    public void drop(Command.Drop command, Run run) throws Exception {
        drops.run(command, run);
    }

    @Override
    public void restore(Command.Restore command, Run run) throws Exception {
        restores.run(command, run);
    }

    @Override
    public void addRemote(Command.AddRemote command, Run run) {
        remotes.add(command, run);
    }

    @Override
    public void removeRemote(Command.RemoveRemote command, Run run) {
        remotes.remove(command, run);
    }

    @Override
    public void forget(Command.Forget command, Run run) {
        forgets.run(command, run);
    }
}
