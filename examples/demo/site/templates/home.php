<!doctype html>
<html lang="en">
<!-- early <?= $early ?> -->
<title>Demo <?= $early ?></title>
<link rel="stylesheet" href="/style.css">
<h1>Version <?= $early ?></h1>
<?php foreach ($articles as $article) : ?>
<article>
  <h2><?= htmlspecialchars($article->title()) ?></h2>
  <p><?= htmlspecialchars($article->text()) ?></p>
</article>
<?php endforeach ?>
<form method="post" action="/"><input name="message"> <button>Sign the guestbook</button></form>
<footer><?= $guestbook->count() ?> messages in the guestbook</footer>
<!-- late <?= $late ?> -->
</html>
