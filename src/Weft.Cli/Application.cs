using System.CommandLine;
using System.CommandLine.Parsing;
using Spectre.Console;
using Weft.Chain;
using Weft.Chain.Files;
using Weft.Cli.Commands;
using Weft.Cli.Input;
using Weft.State.Store;

namespace Weft.Cli;

/// <summary>How a command ended.</summary>
public enum ExitCode
{
    Success = 0,

    /// <summary>Something that was to be proven differs, or cannot be proven by what was given.</summary>
    Different = 1,

    /// <summary>Input or arguments cannot be used.</summary>
    BadInput = 2,

    /// <summary>An error of this program.</summary>
    InternalError = 3,

    /// <summary>Ctrl-C.</summary>
    Cancelled = 130,
}

/// <summary>The weft command: parses arguments, runs a command, turns every way of failing into one line and an exit
/// code.</summary>
public sealed class Application
{
    private const int WidthWithoutTerminal = 180;
    private readonly TextWriter _output, _error;
    private readonly bool _isInteractive;

    /// <summary><paramref name="isInteractive"/>: colours and progress may be shown.</summary>
    public Application(TextWriter output, TextWriter error, bool isInteractive) =>
        (_output, _error, _isInteractive) = (output, error, isInteractive);

    public int Run(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        try
        {
            return Invoke(arguments, cancellation);
        }
#pragma warning disable CA1031 // The last resort: whatever went wrong, the user gets one line.
        catch (Exception e)
#pragma warning restore CA1031
        {
            return Explain(e);
        }
    }

    private int Explain(Exception exception)
    {
        // Parallel loops wrap what their bodies throw.
        if (exception is AggregateException { InnerExceptions: [var inner, ..] }) return Explain(inner);
        switch (exception)
        {
            case InputException e:
                return Fail(ExitCode.BadInput, e.Message);
            case DatabaseException or ChainMismatchException or BlockFileException or InvalidDataException:
                return Fail(ExitCode.BadInput, InputException.OneLine(exception.Message));
            case DllNotFoundException e:
                return Fail(ExitCode.BadInput, InputException.OneLine(e.Message));
            case OperationCanceledException:
                return Fail(ExitCode.Cancelled, "stopped");
            case IOException e when e.Message.Contains("Broken pipe", StringComparison.Ordinal):
                // The reader of our output, say `head`, has seen enough.
                return (int)ExitCode.Success;
            default:
                return FailInternally(exception);
        }
    }

    private int FailInternally(Exception e)
    {
        string place = e.StackTrace?.Split('\n')[0].Trim() ?? "";
        return Fail(
            ExitCode.InternalError, InputException.OneLine($"internal error: {e.GetType().Name}: {e.Message} {place}"));
    }

    private int Invoke(IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        var context = new CommandContext(_output, CreateConsole(), _isInteractive, cancellation);
        ParseResult parsed;
        try
        {
            parsed = BuildRoot(context).Parse(arguments);
        }
        catch (InvalidOperationException e)
        {
            // A check of ours asked for the value of what cannot be one.
            return FailToParse(e.Message, "weft");
        }
        bool asksForHelp = arguments.Any(argument => argument is "--help" or "-h" or "-?");
        if (parsed.Errors.Count > 0 && !asksForHelp)
        {
            string command = parsed.CommandResult.Command.Name;
            for (var above = parsed.CommandResult.Parent as CommandResult; above is not null;
                 above = above.Parent as CommandResult)
                command = $"{above.Command.Name} {command}";
            return FailToParse(parsed.Errors[0].Message, command);
        }
        return parsed.Invoke(new InvocationConfiguration
        {
            Output = _output, Error = _error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        });
    }

    private int FailToParse(string message, string command)
    {
        // The library would name a .NET type here, and lists what is possible on lines of its own.
        message = message.Split(" as expected type")[0].TrimEnd('.');
        message = string.Join(' ', message.Split(['\r', '\n', '\t'], StringSplitOptions.RemoveEmptyEntries));
        return Fail(ExitCode.BadInput, InputException.OneLine($"{message}. See: {command} --help"));
    }

    private static RootCommand BuildRoot(CommandContext context)
    {
        var root = new RootCommand(
            "Weft executes Ethereum blocks and proves the result against the chain's own headers.")
        {
            ReplayCommand.Create(context), RunCommand.Create(context), StateTestCommand.Create(context),
            BalCommand.Create(context), BlockTestCommand.Create(context),
            BenchCommand.Create(context), SampleCommand.Create(context), PackGenesisCommand.Create(context),
            InitCommand.Create(context), ImportCommand.Create(context), ExportCommand.Create(context),
            StateCommand.Create(context), DbCommand.Create(context), NodeCommand.Create(context),
            GenerateCommand.Create(context), WorkloadCommand.Create(context), ForecastCommand.Create(context),
            ExplainCommand.Create(context), SimulateCommand.Create(context), SnapshotCommand.Create(context),
        };
        Examples.AddTo(root, "weft replay", "weft replay --help");
        return root;
    }

    private IAnsiConsole CreateConsole()
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(_output),
            Ansi = _isInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = _isInteractive ? InteractionSupport.Detect : InteractionSupport.No,
        });
        if (!_isInteractive) console.Profile.Width = WidthWithoutTerminal;
        return console;
    }

    private int Fail(ExitCode code, string line)
    {
        _error.WriteLine($"weft: {line}");
        return (int)code;
    }
}
