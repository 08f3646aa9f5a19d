package io.atelier.cli;

import io.atelier.data.Transforms;
import io.atelier.nn.Architecture;
import io.atelier.nn.SyntaxException;
import io.atelier.tensor.AtelierException;
import io.atelier.tensor.Machine;
import io.atelier.train.RunException;
import io.atelier.train.Schedules;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The program: finds the command and says in one sentence what went wrong. */
@Command(
    name = "atelier",
    version = "Atelier " + Main.VERSION,
    description = "Neural networks from first principles, in pure Java.",
    mixinStandardHelpOptions = true,
    scope = ScopeType.INHERIT,
    synopsisSubcommandLabel = "COMMAND",
    footer =
        "%nStart with: ./atelier train%n--help layers prints how a network is written, --help schedules and --help transforms the rest.",
    subcommands = {
      TrainCommand.class,
      ResumeCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      SummaryCommand.class,
      RatesCommand.class,
      ExplainCommand.class,
      FiltersCommand.class,
      AttackCommand.class,
      TransferCommand.class,
      ShapleyCommand.class,
      InspectCommand.class,
      DataCommand.class,
      DoctorCommand.class,
    })
public final class Main implements Runnable {
  static final String VERSION = "0.1.0";

  /** The commands that train. */
  private static final Set<String> TRAINING = Set.of("train", "resume");

  private static final int FAILURE = 1;
  private static final int WRONG_USE = 2;

  @Option(
      names = "--stacktrace",
      scope = ScopeType.INHERIT,
      description = "On failure, print where in the program it happened.")
  private boolean stackTrace;

  @SuppressWarnings("NullAway.Init") // picocli sets it
  @Spec
  private CommandSpec spec;

  private Main() {}

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    openStandardError();
    System.exit(run(arguments));
  }

  /**
   * Runs a command.
   *
   * @return 0, 1 for failure, 2 for wrong use
   */
  static int run(String... arguments) {
    var words = List.of(arguments);
    int help = words.indexOf("--help");
    var grammar = help < 0 || help + 1 == words.size() ? "" : grammar(words.get(help + 1));
    if (!grammar.isEmpty()) {
      System.out.print(grammar);
      return 0;
    }
    Machine.requireVectors();
    if (!words.isEmpty() && TRAINING.contains(words.getFirst())) {
      Training.warmUp(); // while the command line is read
    }
    var main = new Main();
    var commandLine =
        new CommandLine(main)
            .setCaseInsensitiveEnumValuesAllowed(true)
            .setExecutionExceptionHandler((thrown, _, _) -> main.report(thrown))
            .setParameterExceptionHandler((thrown, _) -> {
              System.err.println(thrown.getMessage());
              System.err.println(
                  "try: ./" + thrown.getCommandLine().getCommandSpec().qualifiedName() + " --help");
              return WRONG_USE;
            });
    return commandLine.execute(arguments);
  }

  /** How something is written that an option takes; empty if it has no page. */
  private static String grammar(String name) {
    return switch (name) {
      case "layers" -> Architecture.GRAMMAR;
      case "schedules" -> Schedules.GRAMMAR;
      case "transforms" -> Transforms.GRAMMAR;
      default -> "";
    };
  }

  /** Without a command: what there is. */
  @Override
  public void run() {
    spec.commandLine().usage(System.out);
  }

  /** The sentence on standard error; everything else is a defect and comes with its trace. */
  private int report(Exception thrown) {
    boolean expected =
        thrown instanceof AtelierException
            || thrown instanceof UncheckedIOException
            || thrown instanceof IllegalArgumentException;
    if (expected) {
      System.err.println(thrown.getMessage());
    } else {
      System.err.println("This is a defect of Atelier: " + thrown);
    }
    if (stackTrace || !expected) {
      thrown.printStackTrace();
    }
    boolean wrongUse =
        thrown instanceof UsageException
            || thrown instanceof SyntaxException
            || thrown instanceof RunException;
    return wrongUse ? WRONG_USE : FAILURE;
  }

  /**
   * The launcher takes a line of the JVM's own out of standard error and hands the true one over
   * under another name.
   */
  private static void openStandardError() {
    var path = System.getProperty("atelier.stderr");
    if (path != null) {
      try {
        System.setErr(new PrintStream(new FileOutputStream(path), true, StandardCharsets.UTF_8));
      } catch (IOException _) {
        // the JVM's own descriptor serves as well
      }
    }
  }
}
