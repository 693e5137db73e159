using Weft.Cli;

using var cancellation = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    // The first Ctrl-C asks the command to stop, the second ends the process.
    if (cancellation.IsCancellationRequested) return;
    pressed.Cancel = true;
    cancellation.Cancel();
};
return new Application(Console.Out, Console.Error, isInteractive: !Console.IsOutputRedirected).Run(args, cancellation.Token);
