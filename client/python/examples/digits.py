"""Handwritten digits from a CSV file to a trained network, on a server at 127.0.0.1:50051.

    python3 client/python/examples/digits.py
"""

import numpy as np

import fluxgate

# The file has 64 pixels of 0 to 16 and a label in each row; the network wants 0 to 1 and one-hot.
table = np.loadtxt("tests/data/digits.csv", delimiter=",", skiprows=1, dtype=np.float32)
np.random.default_rng(1).shuffle(table)
x = table[:, :64] / 16
y = np.eye(10, dtype=np.float32)[table[:, 64].astype(int)]
train, test = (x[360:], y[360:]), (x[:360], y[:360])

with fluxgate.connect(session="digits-example") as session:
    session.eval("using Random; Random.seed!(1)")  # the same initial weights every time
    model = session.model("Chain(Dense(64 => 32, relu), Dense(32 => 10))")
    print(model)

    training = model.train(*train, validation=test, loss="logitcrossentropy", optimiser="Adam()",
                           epochs=30, batch_size=64, shuffle=True, seed=1, metrics=["accuracy"])
    print(training)

    guesses = model.predict(test[0]).argmax(axis=1)
    accuracy = np.mean(guesses == test[1].argmax(axis=1))
    print(f"accuracy on {len(guesses)} digits that it has not seen: {accuracy:.3f}")

    model.save("digits.npz")
    for path, array in model.parameters.items():
        print(path, array.shape)
