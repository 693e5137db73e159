using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Weft.EndToEnd;

/// <summary>The weft command in a process of its own, as users start it.</summary>
internal sealed class WeftProcess : IDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly Action<string>? _onLine;

    private WeftProcess(Process process, Action<string>? onLine)
    {
        (_process, _onLine) = (process, onLine);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public static WeftProcess Start(
        IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null,
        Action<string>? onLine = null)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "weft.dll"));
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        return new(Process.Start(start)!, onLine);
    }

    /// <summary>Runs to the end; exit code and everything written.</summary>
    public static (int Code, string Output) Run(params string[] arguments)
    {
        using var process = Start(arguments);
        return (process.Wait(), process.Output);
    }

    /// <summary>Runs a command with --json that must succeed.</summary>
    public static JsonElement Json(params string[] arguments)
    {
        var (code, output) = Run([.. arguments, "--json"]);
        return code == 0
            ? JsonDocument.Parse(output).RootElement
            : throw new InvalidOperationException($"weft {string.Join(' ', arguments)} ended with {code}: {output}");
    }

    public string Output
    {
        get
        {
            lock (_output) return _output.ToString();
        }
    }

    /// <summary>The exit code; more than 128 for a signal.</summary>
    public int Wait()
    {
        _process.WaitForExit();
        return _process.ExitCode;
    }

    public bool Wait(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>SIGKILL: nothing in the process runs any more.</summary>
    public void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has just ended by itself.
        }
        _process.WaitForExit();
    }

    /// <summary>SIGTERM: what asks a process to end.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
        kill.WaitForExit();
    }

    public void Dispose() => _process.Dispose();

    private void Keep(string? line)
    {
        if (line is null) return;
        lock (_output) _output.AppendLine(line);
        _onLine?.Invoke(line);
    }
}
